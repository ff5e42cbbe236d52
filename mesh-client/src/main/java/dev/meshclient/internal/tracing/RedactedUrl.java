package dev.meshclient.internal.tracing;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;

/** A URL without the user and without the values of signatures, as OpenTelemetry's HTTP conventions ask for {@code url.full}. */
final class RedactedUrl {
    private static final String REDACTED = "REDACTED";
    private static final Set<String> SIGNATURES = Set.of(
            "AWSAccessKeyId",
            "Signature",
            "X-Amz-Credential",
            "X-Amz-Security-Token",
            "X-Amz-Signature",
            "X-Goog-Signature",
            "sig");

    private RedactedUrl() {}

    static String of(HttpUrl url) {
        String full = url.toString();
        boolean user =
                !url.encodedUsername().isEmpty() || !url.encodedPassword().isEmpty();
        String query = url.encodedQuery();
        if (!user && query == null) {
            return full;
        }
        if (user) {
            int start = url.scheme().length() + 3; // behind ://
            full = full.substring(0, start) + REDACTED + ":" + REDACTED + full.substring(full.indexOf('@', start));
        }
        return query == null ? full : withQuery(full, query);
    }

    private static String withQuery(String full, String query) {
        int start = full.indexOf('?') + 1;
        return full.substring(0, start) + redacted(query) + full.substring(start + query.length());
    }

    private static String redacted(String query) {
        return Arrays.stream(query.split("&", -1)).map(RedactedUrl::parameter).collect(Collectors.joining("&"));
    }

    private static String parameter(String parameter) {
        int equals = parameter.indexOf('=');
        return equals > 0 && SIGNATURES.contains(parameter.substring(0, equals))
                ? parameter.substring(0, equals + 1) + REDACTED
                : parameter;
    }
}
