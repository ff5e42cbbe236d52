package dev.meshclient.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Time limits of a connection to a backend; null where nothing is stated, zero means no limit. A connection serves the calls of
 * all rules.
 *
 * @param connect TCP connect and TLS handshake together
 * @param idle time without a byte in either direction
 */
public record ConnectionTimeouts(
        @Nullable Duration connect, @Nullable Duration idle) {
    /** Nothing is stated. */
    public static final ConnectionTimeouts NONE = new ConnectionTimeouts(null, null);

    /** These values; each one that is not stated is taken from {@code base}. */
    public ConnectionTimeouts over(ConnectionTimeouts base) {
        Required.value(base, "base", "ConnectionTimeouts.NONE for none");
        return new ConnectionTimeouts(connect != null ? connect : base.connect, idle != null ? idle : base.idle);
    }
}
