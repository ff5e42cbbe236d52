package dev.meshclient.internal.call;

import java.util.List;
import okhttp3.Response;

/** Responses without a natural end: the deadline of their call applies only to the headers. */
public final class Streams {
    private static final List<String> TYPES = List.of(
            "text/event-stream",
            "application/x-ndjson",
            "application/ndjson",
            "application/json-seq",
            "multipart/x-mixed-replace");

    private static final String GRPC = "application/grpc"; // with a suffix for the format, as in application/grpc+proto

    private Streams() {}

    /** Whether the connection has changed its protocol. */
    public static boolean isUpgrade(Response response) {
        return response.code() == 101;
    }

    /** Whether the deadline applies only to the headers: by the rule of the call, by the status or by the content type. */
    public static boolean isStream(Call call, Response response) {
        Target target = call.target();
        return (target != null && target.isStream())
                || isUpgrade(response)
                || isStreamType(response.header("Content-Type", ""));
    }

    private static boolean isStreamType(String contentType) {
        if (contentType.regionMatches(true, 0, GRPC, 0, GRPC.length())) {
            return true;
        }
        for (int i = 0; i < TYPES.size(); i++) {
            if (isType(contentType, TYPES.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is this type, with parameters or without. */
    private static boolean isType(String contentType, String type) {
        int end = type.length();
        return contentType.regionMatches(true, 0, type, 0, end)
                && (contentType.length() == end || contentType.charAt(end) == ';' || contentType.charAt(end) == ' ');
    }
}
