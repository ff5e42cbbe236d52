/** The policy model that everybody shares: immutable records, their JSON codec and its validation. No I/O, no clock. */
@NullMarked
package dev.meshclient.policy;

import org.jspecify.annotations.NullMarked;
