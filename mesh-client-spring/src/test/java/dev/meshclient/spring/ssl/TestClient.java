package dev.meshclient.spring.ssl;

import dev.meshclient.spring.LongWait;
import java.io.IOException;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A caller without a mesh: OkHttp with a client certificate, and no second attempt. */
final class TestClient {
    private final OkHttpClient http;
    private final int port;

    /** @param serial that of the server's certificate */
    record Answer(String body, long serial) {}

    /** @param own null: no certificate is presented */
    TestClient(int port, TestAuthority.@Nullable Issued own, TestAuthority... trusted) throws Exception {
        this.port = port;
        KeyManager[] keys = own == null ? null : new KeyManager[] {new Presented(own)};
        KeyStore authorities = empty();
        for (TestAuthority authority : trusted) {
            authorities.setCertificateEntry(
                    authority.certificate().getSubjectX500Principal().getName(), authority.certificate());
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        TrustManager[] trust = factory.getTrustManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust, null);
        http = LongWait.client()
                .protocols(List.of(Protocol.HTTP_1_1))
                .sslSocketFactory(context.getSocketFactory(), (X509TrustManager) trust[0])
                .hostnameVerifier((host, session) -> true) // SPIFFE certificates name no host
                .retryOnConnectionFailure(false)
                .build();
    }

    /** Presents its certificate to any server; that of the JDK would present none to a server that does not list its issuer. */
    private static final class Presented extends X509ExtendedKeyManager {
        private static final String ALIAS = "own";

        private final TestAuthority.Issued own;

        Presented(TestAuthority.Issued own) {
            this.own = own;
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return ALIAS;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return own.chain().toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.key();
        }
    }

    private static KeyStore empty() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    Answer call() throws IOException {
        return call("/who");
    }

    Answer call(String path) throws IOException {
        Request request =
                new Request.Builder().url("https://127.0.0.1:" + port + path).build();
        try (Response response = http.newCall(request).execute()) {
            String body = response.body().string();
            if (response.code() != 200) {
                throw new IOException(response.code() + " " + body);
            }
            X509Certificate server =
                    (X509Certificate) response.handshake().peerCertificates().get(0);
            return new Answer(body, server.getSerialNumber().longValueExact());
        }
    }

    Answer callOnNewConnection() throws IOException {
        return callOnNewConnection("/who");
    }

    Answer callOnNewConnection(String path) throws IOException {
        http.connectionPool().evictAll();
        return call(path);
    }
}
