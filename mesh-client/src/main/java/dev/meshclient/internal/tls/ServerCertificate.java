package dev.meshclient.internal.tls;

import dev.meshclient.identity.Svid;
import java.net.Socket;
import java.security.Principal;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Presents the certificate of a server, only on connections that demand a client certificate. */
final class ServerCertificate extends OwnCertificate {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.identity");

    private volatile boolean logged;

    ServerCertificate(Svid svid) {
        super(svid);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return getClientAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return alias(keyType, socket instanceof SSLSocket tls && tls.getNeedClientAuth());
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return alias(keyType, engine != null && engine.getNeedClientAuth());
    }

    private @Nullable String alias(String keyType, boolean demanded) {
        if (demanded) {
            return alias(keyType);
        }
        if (!logged) {
            logged = true;
            LOG.error("a server switched client certificates off (setNeedClientAuth), so it admits no connection:"
                    + " a peer of the mesh must know its callers; leave the context's parameters as they are");
        }
        return null;
    }
}
