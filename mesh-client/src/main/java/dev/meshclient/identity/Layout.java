package dev.meshclient.identity;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file names of an identity.
 *
 * @param certificates the chain, leaf first
 * @param key the key of the leaf
 * @param bundles possible names of the bundle; the first existing file counts; empty: no bundle
 */
record Layout(String certificates, String key, List<String> bundles) {
    static final List<Layout> KNOWN = List.of(
            new Layout("tls.crt", "tls.key", List.of("ca.crt")),
            new Layout("svid.pem", "svid_key.pem", List.of("bundle.pem", "svid_bundle.pem")),
            new Layout("cert-chain.pem", "key.pem", List.of("root-cert.pem")));

    boolean isIn(Path directory) {
        return Files.exists(directory.resolve(certificates));
    }

    /** Null: no bundle. */
    @Nullable
    Path bundleIn(Path directory) {
        return bundles.stream()
                .map(directory::resolve)
                .filter(Files::exists)
                .findFirst()
                .orElse(bundles.isEmpty() ? null : directory.resolve(bundles.get(0)));
    }

    @Override
    public String toString() {
        return certificates + ", " + key + ", " + String.join(" or ", bundles);
    }
}
