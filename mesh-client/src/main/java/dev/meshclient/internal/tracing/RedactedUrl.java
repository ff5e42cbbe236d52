package dev.meshclient.internal.tracing;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;

/**
 * Redacts URLs for {@code url.full}: the user and the values of signatures, as OpenTelemetry's HTTP conventions ask, and further
 * parameters of the query.
 */
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

    private final Set<String> further;
    private final boolean all;

    /** @param all whether the values of all parameters are redacted, and parameters without a value */
    RedactedUrl(Set<String> further, boolean all) {
        this.further = further;
        this.all = all;
    }

    String of(HttpUrl url) {
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

    private String withQuery(String full, String query) {
        int start = full.indexOf('?') + 1;
        return full.substring(0, start) + redacted(query) + full.substring(start + query.length());
    }

    private String redacted(String query) {
        return Arrays.stream(query.split("&", -1)).map(this::parameter).collect(Collectors.joining("&"));
    }

    private String parameter(String parameter) {
        int equals = parameter.indexOf('=');
        if (equals <= 0) {
            return all && !parameter.isEmpty() ? REDACTED : parameter;
        }
        String name = parameter.substring(0, equals);
        return all || SIGNATURES.contains(name) || further.contains(name) ? name + "=" + REDACTED : parameter;
    }
}
