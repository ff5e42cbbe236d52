package dev.meshclient.internal.tls;

import dev.meshclient.identity.Svid;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Presents one certificate whatever issuers the server lists: the list may be incomplete. A server that does not trust the
 * certificate refuses it with an alert that states the reason, while a missing certificate looks like a fault of the client.
 */
class OwnCertificate extends X509ExtendedKeyManager {
    private static final String ALIAS = "workload";

    private final Svid svid;

    OwnCertificate(Svid svid) {
        this.svid = svid;
    }

    final @Nullable String alias(String... keyTypes) {
        for (String type : keyTypes) {
            if (fits(type)) {
                return ALIAS;
            }
        }
        return null;
    }

    private boolean fits(String type) {
        return switch (svid.key().getAlgorithm()) {
            case "RSA" -> type.equals("RSA") || type.equals("RSASSA-PSS");
            case "EdDSA", "Ed25519", "Ed448" -> type.startsWith("Ed");
            default -> type.equals(svid.key().getAlgorithm());
        };
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyTypes);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = alias(keyType);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return alias.equals(ALIAS) ? svid.chain().toArray(X509Certificate[]::new) : null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return alias.equals(ALIAS) ? svid.key() : null;
    }

    /** Server methods are unused: it presents a client certificate. */
    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    /** Server methods are unused: it presents a client certificate. */
    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
