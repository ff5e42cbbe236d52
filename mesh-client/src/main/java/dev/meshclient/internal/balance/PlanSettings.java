package dev.meshclient.internal.balance;

import dev.meshclient.policy.FailoverMode;

/** What a plan is made of, and does not change. */
record PlanSettings(LevelSettings zones, FailoverMode failover, int minHealthPercent, boolean ejects) {}
