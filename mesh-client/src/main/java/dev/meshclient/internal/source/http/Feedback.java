package dev.meshclient.internal.source.http;

import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * The result of the last document, sent to the registry with each request that names this document.
 *
 * @param etag the ETag of the document
 * @param rejection why it, or a part of it, is not in force; null: all of it is
 * @param inForce whether its valid part is in force
 */
record Feedback(String etag, @Nullable String rejection, boolean inForce) {
    private static final int LONGEST_REASON = 200;

    void addTo(Request.Builder request) {
        if (rejection == null) {
            request.header("Mesh-Applied", etag);
        } else {
            request.header("Mesh-Rejected", etag + "; reason=\"" + sendable(rejection) + "\"");
        }
    }

    /** One line of visible ASCII without quotes, as allowed in a quoted string of a header. */
    private static String sendable(String reason) {
        String line = reason.replaceAll("\\s+", " ")
                .replace('"', '\'')
                .replace('\\', '/')
                .replaceAll("[^ -~]", "?")
                .strip();
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON - 3) + "...";
    }
}
