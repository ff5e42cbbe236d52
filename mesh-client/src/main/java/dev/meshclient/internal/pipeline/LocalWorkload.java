package dev.meshclient.internal.pipeline;

import dev.meshclient.Workload;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.internal.authz.KeySets;
import dev.meshclient.internal.credentials.Tokens;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This process: its workload, credentials and issuers' keys.
 *
 * @param workload its service and locality
 * @param identity its SPIFFE ID; null: not known
 * @param tokens the tokens that may be sent with calls
 * @param keys the keys of token issuers
 */
public record LocalWorkload(Workload workload, Supplier<@Nullable String> identity, Tokens tokens, KeySets keys) {
    /** Without an identity. */
    public static LocalWorkload of(Workload workload, Time time) {
        return of(workload, () -> null, time, Map.of(), (uri, maxBytes, timeout) -> {
            throw new IOException("nothing to get " + uri + " with");
        });
    }

    /** With tokens, and a download for the keys of issuers. */
    public static LocalWorkload of(
            Workload workload,
            Supplier<@Nullable String> identity,
            Time time,
            Map<String, TokenSource> tokens,
            KeySets.Download download) {
        return new LocalWorkload(workload, identity, new Tokens(time, tokens), new KeySets(time, download));
    }
}
