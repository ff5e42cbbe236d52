package dev.meshclient.internal.pipeline;

import dev.meshclient.Workload;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.internal.authz.KeySets;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.credentials.Tokens;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This process: its workload, credentials and issuers' keys.
 *
 * @param workload its service and locality
 * @param identity its SPIFFE ID; null: not known
 * @param tokens the tokens that may be sent with calls
 * @param keys the keys of token issuers
 * @param wire states which attempts at a backend fail for want of a certificate of this process
 * @param registries where breakers and rate limiters are registered
 */
public record LocalWorkload(
        Workload workload,
        Supplier<@Nullable String> identity,
        Tokens tokens,
        KeySets keys,
        BiConsumer<Backend, ExplanationSink> wire,
        Registries registries) {
    /** Without an identity. */
    public static LocalWorkload of(Workload workload, Time time) {
        KeySets.Download none = (uri, maxBytes, timeout) -> {
            throw new IOException("nothing to get " + uri + " with");
        };
        return of(workload, () -> null, time, Map.of(), none, (backend, to) -> {});
    }

    /** With tokens, and a download for the keys of issuers. */
    public static LocalWorkload of(
            Workload workload,
            Supplier<@Nullable String> identity,
            Time time,
            Map<String, TokenSource> tokens,
            KeySets.Download download,
            BiConsumer<Backend, ExplanationSink> wire) {
        return new LocalWorkload(
                workload, identity, new Tokens(time, tokens), new KeySets(time, download), wire, Registries.NONE);
    }

    /** The same, with registries of the application. */
    public LocalWorkload with(Registries ofApplication) {
        return new LocalWorkload(workload, identity, tokens, keys, wire, ofApplication);
    }
}
