package dev.meshclient.internal.metrics;

/** The classes of statuses: a server could send any number. */
enum StatusClass {
    NONE("none"),
    INFORMATIONAL("1xx"),
    SUCCESSFUL("2xx"),
    REDIRECTION("3xx"),
    CLIENT_ERROR("4xx"),
    SERVER_ERROR("5xx"),
    /** Not defined by HTTP. */
    OTHER("_OTHER");

    static final int COUNT = values().length;

    private static final StatusClass[] ALL = values();

    private final String tag;

    StatusClass(String tag) {
        this.tag = tag;
    }

    String tag() {
        return tag;
    }

    /** @param status 0 = there is no response */
    static StatusClass of(int status) {
        int hundreds = status / 100;
        return status <= 0 ? NONE : hundreds == 0 || hundreds > 5 ? OTHER : ALL[hundreds];
    }
}
