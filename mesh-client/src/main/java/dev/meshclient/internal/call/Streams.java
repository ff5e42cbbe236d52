package dev.meshclient.internal.call;

import okhttp3.Response;

/** Responses without a natural end: the deadline of their call applies only to the headers. */
public final class Streams {
    private static final String EVENTS = "text/event-stream";

    private Streams() {}

    /** Whether the connection has changed its protocol. */
    public static boolean isUpgrade(Response response) {
        return response.code() == 101;
    }

    /** Whether the deadline applies only to the headers. */
    public static boolean isStream(Response response) {
        if (isUpgrade(response)) {
            return true;
        }
        String type = response.header("Content-Type");
        return type != null && type.regionMatches(true, 0, EVENTS, 0, EVENTS.length());
    }
}
