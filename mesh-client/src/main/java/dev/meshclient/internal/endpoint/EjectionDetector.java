package dev.meshclient.internal.endpoint;

/** The detectors that eject an endpoint; each is named after the policy field that sets it, if there is one. */
public enum EjectionDetector {
    SERVER_ERRORS("consecutive-5xx-errors"),
    GATEWAY_ERRORS("consecutive-gateway-errors"),
    LOCAL_FAILURES("consecutive-local-origin-failures"),
    /** Compares the shares of the endpoints' responses that are no server errors. */
    SUCCESS_RATE("success-rate"),
    /** Compares the shares of the endpoints' attempts that got a response. */
    LOCAL_ORIGIN_SUCCESS_RATE("local-origin-success-rate"),
    FAILURE_PERCENTAGE("failure-percentage"),
    LOCAL_ORIGIN_FAILURE_PERCENTAGE("local-origin-failure-percentage"),
    HEALTH_CHECK("health-check");

    private final String tag;

    EjectionDetector(String tag) {
        this.tag = tag;
    }

    /** The value of tags. */
    public String tag() {
        return tag;
    }
}
