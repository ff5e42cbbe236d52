package dev.meshclient.policy;

/** The protocol of endpoints. The names are those of a Kubernetes Service. */
public enum AppProtocol {
    /** HTTP/1.1; over TLS the negotiated version. */
    HTTP("http"),
    /** TLS; HTTP/2 or HTTP/1.1 is negotiated. */
    HTTPS("https"),
    /** HTTP/2 without TLS, with prior knowledge. */
    H2C("kubernetes.io/h2c");

    private final String word;

    AppProtocol(String word) {
        this.word = word;
    }

    /** The spelling in a document. */
    public String word() {
        return word;
    }
}
