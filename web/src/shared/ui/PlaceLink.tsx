import { Anchor, type AnchorProps, Button, type ButtonProps, NavLink, type NavLinkProps } from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import { type ComponentPropsWithoutRef, forwardRef, type Ref } from 'react'

// Links within the dashboard, in the looks there are. Mantine's components can be any
// element, which the router's types cannot follow: here each is an <a>.

type Of<P> = P & Omit<ComponentPropsWithoutRef<'a'>, keyof P>

const Plain = forwardRef((props: Of<AnchorProps>, ref: Ref<HTMLAnchorElement>) => <Anchor ref={ref} {...props} />)
const AsButton = forwardRef((props: Of<ButtonProps>, ref: Ref<HTMLAnchorElement>) => (
  <Button component="a" ref={ref} {...props} />
))
const AsPlace = forwardRef((props: Of<NavLinkProps>, ref: Ref<HTMLAnchorElement>) => (
  <NavLink component="a" ref={ref} {...props} />
))

/** PlaceLink is a link in text: <PlaceLink to={places.ticket(7)}>. */
export const PlaceLink = createLink(Plain)
/** PlaceButton is a link that looks like a button. */
export const PlaceButton = createLink(AsButton)
/** PlaceNav is an entry of a navigation. */
export const PlaceNav = createLink(AsPlace)
