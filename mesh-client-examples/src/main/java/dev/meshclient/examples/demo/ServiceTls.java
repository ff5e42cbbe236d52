package dev.meshclient.examples.demo;

import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.tls.ServerTls;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** The TLS of the servers of one service, with counts for the demo. */
final class ServiceTls implements WorkloadIdentity.Sink, Closeable {
    private final ServerTls server;
    private final Closeable watch;
    private volatile @Nullable Svid svid;

    private ServiceTls(WorkloadIdentity identity) {
        this.server = ServerTls.of(identity);
        this.watch = identity.watch(this);
    }

    /** Waits until there is an identity. */
    static ServiceTls with(WorkloadIdentity identity) throws IOException {
        ServiceTls tls = new ServiceTls(identity);
        if (!tls.server.awaitReady(Duration.ofSeconds(30))) {
            throw new IOException("no certificate within 30 s: " + identity);
        }
        Fleet.await("identities of a service", () -> tls.svid == null ? 0 : 1, 1);
        return tls;
    }

    /** The context for its servers. */
    SSLContext context() {
        return server.context();
    }

    /** A client without a mesh that presents the current certificate of this workload. */
    OkHttpClient client() throws IOException {
        Svid now = Objects.requireNonNull(svid);
        try {
            KeyStore own = empty();
            own.setKeyEntry("own", now.key(), new char[0], now.chain().toArray(X509Certificate[]::new));
            KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
            keys.init(own, new char[0]);
            KeyStore roots = empty();
            for (X509Certificate root : now.authorities()) {
                roots.setCertificateEntry(root.getSerialNumber().toString(), root);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(roots);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return new OkHttpClient.Builder()
                    .sslSocketFactory(context.getSocketFactory(), (X509TrustManager) trust.getTrustManagers()[0])
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** The number of trusted roots. */
    int authorities() {
        return Objects.requireNonNull(svid).authorities().size();
    }

    @Override
    public void deliver(Svid latest) {
        svid = latest;
    }

    /** The last good identity stays. */
    @Override
    public void failed(IOException problem) {}

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    @Override
    public void close() throws IOException {
        watch.close();
        server.close();
    }
}
