package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request must look like: all that is stated must hold.
 *
 * @param path null: any
 * @param method null: any
 * @param headers all must match; names are compared without case
 * @param queryParams all must match, each on the first value of its name
 */
public record Match(
        @Nullable PathMatch path, @Nullable String method, List<ValueMatch> headers, List<ValueMatch> queryParams) {
    public Match {
        headers = List.copyOf(headers);
        queryParams = List.copyOf(queryParams);
    }
}
