import type { Migration } from "./migration.ts";

/** Turns, the tool calls that wait for approval, what approved calls sent, and the instances that run turns. */
export const turns: Migration = {
  name: "turns and approvals",
  sql: `
    create table flame.instances (
      id uuid primary key,
      seen_at timestamptz not null default now()
    );

    create table flame.turns (
      id uuid primary key,
      tenant text not null,
      thread text not null,
      resource text not null,
      message text not null,
      state text not null check (state in
        ('running', 'waiting', 'completed', 'failed', 'cancelled', 'interrupted')),
      instance uuid not null,
      run text not null,
      attempt integer not null default 1,
      failure text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create index turns_by_state on flame.turns (state, instance) where state in ('running', 'waiting');
    create index turns_by_age on flame.turns (updated_at);

    create table flame.approvals (
      id uuid primary key,
      tenant text not null,
      turn uuid not null references flame.turns on delete cascade,
      run text not null,
      tool_call text not null,
      tool text not null,
      input jsonb not null,
      state text not null default 'pending' check (state in ('pending', 'approved', 'rejected', 'expired')),
      reason text,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      decided_at timestamptz,
      unique (run, tool_call)
    );
    create index approvals_by_turn on flame.approvals (turn);
    create index approvals_by_tenant on flame.approvals (tenant, created_at, id);
    create index approvals_waiting on flame.approvals (expires_at) where state = 'pending';

    create table flame.outbox (
      id uuid primary key default gen_random_uuid(),
      tenant text not null,
      run text not null,
      tool_call text not null,
      recipient text not null,
      body text not null,
      created_at timestamptz not null default now(),
      unique (tenant, run, tool_call)
    );
    create index outbox_by_tenant on flame.outbox (tenant, created_at, id);
  `,
};
