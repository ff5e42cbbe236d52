/** The policy model: immutable records, made with builders, and {@link dev.meshclient.policy.PolicyCheck}. No JSON, no I/O, no clock. */
@NullMarked
package dev.meshclient.policy;

import org.jspecify.annotations.NullMarked;
