package dev.meshclient.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection to a backend may take to open and may be silent; null where nothing is stated, zero means no limit. A
 * connection serves the calls of all rules.
 *
 * @param connect TCP and TLS together
 * @param idle without a byte in either direction
 */
public record ConnectionTimeouts(
        @Nullable Duration connect, @Nullable Duration idle) {
    /** Nothing is stated. */
    public static final ConnectionTimeouts NONE = new ConnectionTimeouts(null, null);

    /** Leaf by leaf: this, and where it says nothing, {@code base}. */
    public ConnectionTimeouts over(ConnectionTimeouts base) {
        return new ConnectionTimeouts(connect != null ? connect : base.connect, idle != null ? idle : base.idle);
    }
}
