package dev.meshclient.internal.endpoint;

import java.util.Locale;

/** The results of health checks. */
public enum CheckResult {
    PASSED,
    /** Another status than expected, or no response. */
    FAILED,
    /** It was not sent, for a reason that is not the endpoint's: this process has no certificate, for example. */
    NOT_SENT;

    /** The value of tags. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
