package dev.meshclient.identity;

import dev.meshclient.internal.files.DirectoryEvents;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.time.Timed;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The identity in a directory that another process writes and rotates: a mounted Kubernetes secret, cert-manager,
 * spiffe-helper, the output of istio-proxy. Certificate and key are read as a pair, 100 ms after the last write or a little
 * later, or within 10 s where the file system sends no events. A bad, half-written or missing file is reported and leaves the
 * last good identity in use.
 *
 * <p>Immutable: each {@code with...} returns a copy.
 */
public final class MountedIdentity implements WorkloadIdentity {
    private final Path directory;
    private final @Nullable Layout layout;
    private final @Nullable Supplier<char[]> keyPassword;
    private final List<Federated> federated;

    /**
     * A bundle of another trust domain.
     *
     * @param trustDomain null if {@code file} is a directory with one file for each trust domain, named after it
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
     * Uses the first of these sets that the directory has: {@code tls.crt, tls.key, ca.crt} (Kubernetes, cert-manager),
     * {@code svid.pem, svid_key.pem, bundle.pem} or {@code svid_bundle.pem} (spiffe-helper),
     * {@code cert-chain.pem, key.pem, root-cert.pem} (istio-proxy).
     */
    public static MountedIdentity at(Path directory) {
        Objects.requireNonNull(
                directory, "directory must not be null: pass the directory of tls.crt, tls.key and ca.crt");
        return new MountedIdentity(directory.toAbsolutePath(), null, null, List.of());
    }

    /**
     * Uses other file names, within the directory or absolute.
     *
     * @param certificates the own certificate first, then its issuers; PEM
     * @param key PEM: PKCS#8, PKCS#1 or SEC1, encrypted or not
     * @param bundle the trusted authorities; PEM, or a SPIFFE bundle in JSON
     */
    public MountedIdentity withFiles(String certificates, String key, String bundle) {
        Objects.requireNonNull(certificates, "certificates must not be null: pass the name of a file");
        Objects.requireNonNull(key, "key must not be null: pass the name of a file");
        Objects.requireNonNull(bundle, "bundle must not be null: pass the name of a file");
        return new MountedIdentity(directory, new Layout(certificates, key, List.of(bundle)), keyPassword, federated);
    }

    /**
     * Uses other file names and no bundle: the policy states which authorities are trusted, as for a certificate of a public
     * authority.
     */
    public MountedIdentity withFiles(String certificates, String key) {
        Objects.requireNonNull(certificates, "certificates must not be null: pass the name of a file");
        Objects.requireNonNull(key, "key must not be null: pass the name of a file");
        return new MountedIdentity(directory, new Layout(certificates, key, List.of()), keyPassword, federated);
    }

    /** Sets the password of the key; called at each reading, and the returned array is overwritten afterwards. */
    public MountedIdentity withKeyPassword(Supplier<char[]> keyPassword) {
        Objects.requireNonNull(
                keyPassword, "keyPassword must not be null: pass what reads the password, or leave this out");
        return new MountedIdentity(directory, layout, keyPassword, federated);
    }

    /**
     * Adds the bundle of another trust domain: a file, within the directory or not, PEM or a SPIFFE bundle in JSON.
     *
     * @throws IllegalArgumentException if the text is no name of a trust domain
     */
    public MountedIdentity withFederated(String trustDomain, Path bundle) {
        Objects.requireNonNull(trustDomain, "trustDomain must not be null: pass a trust domain, such as bank.example");
        Objects.requireNonNull(bundle, "bundle must not be null: pass the path of its authorities");
        return with(new Federated(SpiffeId.checkTrustDomain(trustDomain), directory.resolve(bundle)));
    }

    /** As {@link #withFederated}, for each file of a directory named {@code <trust domain>.pem} or {@code .json}. */
    public MountedIdentity withFederatedIn(Path bundles) {
        Objects.requireNonNull(bundles, "bundles must not be null: pass a directory of bundles");
        return with(new Federated(null, directory.resolve(bundles)));
    }

    private MountedIdentity with(Federated another) {
        List<Federated> all = new ArrayList<>(federated);
        all.add(another);
        return new MountedIdentity(directory, layout, keyPassword, all);
    }

    @Override
    public Closeable watch(Sink sink) {
        Objects.requireNonNull(sink, "sink must not be null: pass a Sink");
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
