package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition on a request: all stated parts must match.
 *
 * @param path null: any path
 * @param method null: any method
 * @param headers all must match; names are compared without case
 * @param queryParams all must match, each against the first value of its name
 */
public record Match(
        @Nullable PathMatch path, @Nullable String method, List<ValueMatch> headers, List<ValueMatch> queryParams) {
    public Match {
        headers = Required.list(headers, "headers");
        queryParams = Required.list(queryParams, "queryParams");
    }
}
