-- +goose Up

-- Agents are few among the users, and are looked up by the dashboard all day.
CREATE INDEX users_agents ON users (store_id, id) WHERE user_type = 'dashboard';
