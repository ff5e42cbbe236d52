/** Simulates a policy document against a fleet with faults, on virtual time: hours of traffic in seconds, for every CI. */
@NullMarked
package dev.meshclient.simulator;

import org.jspecify.annotations.NullMarked;
