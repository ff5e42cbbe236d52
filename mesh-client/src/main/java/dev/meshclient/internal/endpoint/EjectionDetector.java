package dev.meshclient.internal.endpoint;

/** The detectors that eject an endpoint; each is named after the policy field that sets it, if there is one. */
public enum EjectionDetector {
    SERVER_ERRORS("consecutive-5xx-errors"),
    GATEWAY_ERRORS("consecutive-gateway-errors"),
    LOCAL_FAILURES("consecutive-local-origin-failures"),
    /** Compares the success rates of the endpoints. */
    SUCCESS_RATE("success-rate");

    private final String tag;

    EjectionDetector(String tag) {
        this.tag = tag;
    }

    /** The value of tags. */
    public String tag() {
        return tag;
    }
}
