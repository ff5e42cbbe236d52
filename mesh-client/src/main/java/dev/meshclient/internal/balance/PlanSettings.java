package dev.meshclient.internal.balance;

import dev.meshclient.policy.FailoverMode;

/** The inputs of a plan that do not change while a policy is in force. */
record PlanSettings(LevelSettings zones, FailoverMode failover, int minHealthPercent, boolean ejects) {}
