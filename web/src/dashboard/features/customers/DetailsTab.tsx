import { Badge, Card, Group, Stack, Switch, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Problem } from '@/api/client'
import { sayProblem } from '@/shared/notify'
import { Time } from '@/shared/ui/Time'
import { type Customer, useEdit } from './api'
import classes from './customers.module.css'

/** DetailsTab is the rest of what is known: numbers, postal addresses, who was merged in. */
export function DetailsTab({ customer: c, readOnly }: { customer: Customer; readOnly: boolean }) {
  const { t } = useTranslation()
  const edit = useEdit(c.id)
  return (
    <Stack gap="lg" py="md">
      <dl className={classes.facts}>
        <dt>{t('customers.number')}</dt>
        <dd>{c.id}</dd>
        <dt>{t('customers.joined')}</dt>
        <dd>
          <Time at={c.joined_at} />
        </dd>
        <dt>{t('customers.orders')}</dt>
        <dd>{c.orders_count}</dd>
        <dt>{t('customers.spent')}</dt>
        <dd>{c.total_spent}</dd>
      </dl>
      <Switch
        label={t('customers.marketing')}
        checked={c.accepts_marketing}
        disabled={readOnly}
        onChange={e =>
          edit.mutate(
            { accepts_marketing: e.currentTarget.checked },
            { onError: p => p instanceof Problem && sayProblem(p) },
          )
        }
      />
      <Stack gap="xs" component="section">
        <Title order={2}>{t('customers.postal')}</Title>
        {c.postal_addresses.length === 0 && <Text size="sm">{t('customers.noPostal')}</Text>}
        <Group gap="sm" align="stretch">
          {c.postal_addresses.map(a => (
            <Card key={a.id} withBorder padding="sm" miw={200}>
              <Text component="address" size="sm" className={classes.postal}>
                {[
                  `${a.first_name} ${a.last_name}`.trim(),
                  a.line1,
                  a.line2,
                  a.line3,
                  a.line4,
                  `${a.postcode} ${a.state}`.trim(),
                  a.country,
                  a.phone_number,
                ]
                  .filter(Boolean)
                  .join('\n')}
              </Text>
              <Group gap={4} mt={4}>
                {a.is_default_for_shipping && (
                  <Badge size="xs" variant="default">
                    {t('customers.shipping')}
                  </Badge>
                )}
                {a.is_default_for_billing && (
                  <Badge size="xs" variant="default">
                    {t('customers.billing')}
                  </Badge>
                )}
              </Group>
            </Card>
          ))}
        </Group>
      </Stack>
      {c.merged.length > 0 && (
        <Stack gap="xs" component="section">
          <Title order={2}>{t('customers.merged')}</Title>
          {c.merged.map(m => (
            <Text key={m.customer} size="sm">
              {t('customers.mergedRow', { id: m.customer })} · <Time at={m.created_at} />
            </Text>
          ))}
        </Stack>
      )}
    </Stack>
  )
}
