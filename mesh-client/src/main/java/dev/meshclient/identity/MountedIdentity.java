package dev.meshclient.identity;

import dev.meshclient.internal.files.DirectoryEvents;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.time.Timed;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The identity in a directory that others write and rotate: a mounted Kubernetes secret, cert-manager, spiffe-helper, the
 * output of istio-proxy. Certificate and key are taken as a pair, 100 ms after the last write, or a little later, or within 10 s where
 * the file system tells no events; what is bad, half written or gone is told and leaves the last good one in use.
 *
 * <p>Immutable: each {@code with...} is another one.
 */
public final class MountedIdentity implements WorkloadIdentity {
    private final Path directory;
    private final @Nullable Layout layout;
    private final @Nullable Supplier<char[]> keyPassword;
    private final List<Federated> federated;

    /**
     * A bundle of another trust domain.
     *
     * @param trustDomain null if {@code file} is a directory that has one file for each, named after it
     */
    record Federated(@Nullable String trustDomain, Path file) {}

    private MountedIdentity(
            Path directory,
            @Nullable Layout layout,
            @Nullable Supplier<char[]> keyPassword,
            List<Federated> federated) {
        this.directory = directory;
        this.layout = layout;
        this.keyPassword = keyPassword;
        this.federated = List.copyOf(federated);
    }

    /**
     * The first of these that the directory has: {@code tls.crt, tls.key, ca.crt} (Kubernetes, cert-manager),
     * {@code svid.pem, svid_key.pem, bundle.pem} or {@code svid_bundle.pem} (spiffe-helper),
     * {@code cert-chain.pem, key.pem, root-cert.pem} (istio-proxy).
     */
    public static MountedIdentity at(Path directory) {
        return new MountedIdentity(directory.toAbsolutePath(), null, null, List.of());
    }

    /**
     * Other names, within the directory or absolute.
     *
     * @param certificates the own one first, then those that signed it; PEM
     * @param key PEM: PKCS#8, PKCS#1 or SEC1, encrypted or not
     * @param bundle whom to trust; PEM, or a SPIFFE bundle in JSON
     */
    public MountedIdentity withFiles(String certificates, String key, String bundle) {
        return new MountedIdentity(directory, new Layout(certificates, key, List.of(bundle)), keyPassword, federated);
    }

    /** Other names and no bundle: whom to trust is said by policy, as with a certificate of a public authority. */
    public MountedIdentity withFiles(String certificates, String key) {
        return new MountedIdentity(directory, new Layout(certificates, key, List.of()), keyPassword, federated);
    }

    /** What the key is encrypted with; asked at each reading, and what it gives is overwritten after it. */
    public MountedIdentity withKeyPassword(Supplier<char[]> keyPassword) {
        return new MountedIdentity(directory, layout, keyPassword, federated);
    }

    /**
     * Whom to trust of another trust domain: a file, within the directory or not, PEM or a SPIFFE bundle in JSON.
     *
     * @throws IllegalArgumentException if that is no name of a trust domain
     */
    public MountedIdentity withFederated(String trustDomain, Path bundle) {
        return with(new Federated(SpiffeId.checkTrustDomain(trustDomain), directory.resolve(bundle)));
    }

    /** As {@link #withFederated}, for each file of a directory that is named {@code <trust domain>.pem} or {@code .json}. */
    public MountedIdentity withFederatedIn(Path bundles) {
        return with(new Federated(null, directory.resolve(bundles)));
    }

    private MountedIdentity with(Federated another) {
        List<Federated> all = new ArrayList<>(federated);
        all.add(another);
        return new MountedIdentity(directory, layout, keyPassword, all);
    }

    @Override
    public Closeable watch(Sink sink) {
        if (sink instanceof Timed timed) {
            return watch(timed.time(), sink);
        }
        RealTime time = RealTime.create("mesh-identity");
        Closeable watch = watch(time, sink);
        return () -> {
            watch.close();
            time.close();
        };
    }

    Closeable watch(Time time, Sink sink) {
        MountedFiles files = new MountedFiles(directory, layout, keyPassword, federated);
        return MountedWatch.start(
                time,
                files,
                files.directories().stream().map(DirectoryEvents::new).toList(),
                sink);
    }

    @Override
    public String toString() {
        return "MountedIdentity.at(" + directory + ")";
    }
}
