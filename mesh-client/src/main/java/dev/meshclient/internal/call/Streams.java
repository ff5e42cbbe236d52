package dev.meshclient.internal.call;

import okhttp3.Response;

/** Responses that live for as long as something moves: a call's deadline ends with their headers. */
public final class Streams {
    private static final String EVENTS = "text/event-stream";

    private Streams() {}

    /** A connection that changed its protocol. */
    public static boolean isUpgrade(Response response) {
        return response.code() == 101;
    }

    /** Whether the deadline ends with the headers. */
    public static boolean isStream(Response response) {
        if (isUpgrade(response)) {
            return true;
        }
        String type = response.header("Content-Type");
        return type != null && type.regionMatches(true, 0, EVENTS, 0, EVENTS.length());
    }
}
