package dev.meshclient.policy;

/** How the endpoints of a service are found. The words are Istio's. */
public enum Resolution {
    /** They are listed. */
    STATIC,
    /** The endpoint is the request's own host and port, reached as OkHttp would. */
    NONE
}
