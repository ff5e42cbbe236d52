package dev.meshclient.policy;

/** What endpoints speak. The words are those of a Kubernetes Service. */
public enum AppProtocol {
    /** HTTP/1.1, or over TLS what is negotiated. */
    HTTP("http"),
    /** TLS; HTTP/2 or HTTP/1.1 is negotiated. */
    HTTPS("https"),
    /** HTTP/2 without TLS, with prior knowledge. */
    H2C("kubernetes.io/h2c");

    private final String word;

    AppProtocol(String word) {
        this.word = word;
    }

    /** As it is written in a document. */
    public String word() {
        return word;
    }
}
