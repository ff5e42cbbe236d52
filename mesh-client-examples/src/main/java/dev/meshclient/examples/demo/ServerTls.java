package dev.meshclient.examples.demo;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import java.io.Closeable;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the servers of one service: each connection with the identity that is in its directory now, and only with callers
 * that its authorities vouch for. Which of these may come in is for policy to say.
 */
final class ServerTls implements WorkloadIdentity.Sink, Closeable {
    private final Rotated contexts = new Rotated();
    private final Closeable watch;
    private volatile @Nullable Svid svid;

    private ServerTls(WorkloadIdentity identity) {
        this.watch = identity.watch(this);
    }

    /** Waits until there is an identity. */
    static ServerTls with(WorkloadIdentity identity) throws IOException {
        ServerTls tls = new ServerTls(identity);
        Fleet.await("identities of a server", () -> tls.svid == null ? 0 : 1, 1);
        return tls;
    }

    /** For an {@code HttpsServer}. */
    HttpsConfigurator configurator() throws IOException {
        try {
            return new HttpsConfigurator(new RotatedContext(contexts)) {
                @Override
                public void configure(HttpsParameters connection) {
                    SSLParameters parameters = getSSLContext().getDefaultSSLParameters();
                    parameters.setNeedClientAuth(true);
                    connection.setSSLParameters(parameters);
                }
            };
        } catch (NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }

    /** A client that is this workload as it is now, and asks no policy. */
    OkHttpClient client() throws IOException {
        Svid now = Objects.requireNonNull(svid);
        try {
            return new OkHttpClient.Builder()
                    .sslSocketFactory(context(now).getSocketFactory(), (X509TrustManager) trust(now)[0])
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** How many roots it trusts. */
    int authorities() {
        return Objects.requireNonNull(svid).authorities().size();
    }

    @Override
    public void deliver(Svid latest) {
        try {
            contexts.current = context(latest);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("not usable for TLS: " + latest, e);
        }
        svid = latest;
    }

    /** The last good one stays. */
    @Override
    public void failed(IOException problem) {}

    private static SSLContext context(Svid svid) throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys(svid), trust(svid), null);
        return context;
    }

    private static KeyManager[] keys(Svid svid) throws GeneralSecurityException, IOException {
        KeyStore own = empty();
        own.setKeyEntry("own", svid.key(), new char[0], svid.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, new char[0]);
        return keys.getKeyManagers();
    }

    private static TrustManager[] trust(Svid svid) throws GeneralSecurityException, IOException {
        KeyStore roots = empty();
        for (X509Certificate root : svid.authorities()) {
            roots.setCertificateEntry(root.getSerialNumber().toString(), root);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        return trust.getTrustManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    @Override
    public void close() throws IOException {
        watch.close();
    }

    /** The server takes one context for good; this one is another one after each rotation, without the old one's sessions. */
    private static final class RotatedContext extends SSLContext {
        RotatedContext(Rotated contexts) throws NoSuchAlgorithmException {
            super(contexts, SSLContext.getDefault().getProvider(), "TLS");
        }
    }

    private static final class Rotated extends SSLContextSpi {
        private volatile @Nullable SSLContext current;

        private SSLContext now() {
            return Objects.requireNonNull(current);
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
            throw new UnsupportedOperationException("it is set by rotation");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return now().getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return now().getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return now().createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return now().createSSLEngine(host, port);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return now().getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return now().getClientSessionContext();
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            return now().getDefaultSSLParameters();
        }

        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return now().getSupportedSSLParameters();
        }
    }
}
