package dev.meshclient.spring.ssl;

import java.io.IOException;
import java.util.Arrays;
import javax.net.ssl.TrustManager;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.net.SSLUtil;
import org.apache.tomcat.util.net.jsse.JSSEImplementation;
import org.apache.tomcat.util.net.jsse.JSSEUtil;

/**
 * The TLS of Tomcat with the trust of the mesh, also after each reload. Public with a public constructor, because Tomcat makes it by
 * its name.
 */
public final class TomcatTls extends JSSEImplementation {
    /** Tomcat calls it. */
    public TomcatTls() {}

    /** For a connector that presents the identity of the mesh. */
    static void customize(Connector connector) {
        if (connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> protocol
                && Arrays.stream(protocol.findSslHostConfigs()).anyMatch(TomcatTls::isOfMesh)) {
            protocol.setSslImplementationName(TomcatTls.class.getName());
        }
    }

    private static boolean isOfMesh(SSLHostConfig host) {
        try {
            return SvidBundle.trustOf(host.getTruststore()) != null;
        } catch (IOException e) { // of a file that is not the mesh's; Tomcat reports it
            return false;
        }
    }

    @Override
    public SSLUtil getSSLUtil(SSLHostConfigCertificate certificate) {
        return new Verifying(certificate);
    }

    private static final class Verifying extends JSSEUtil {
        Verifying(SSLHostConfigCertificate certificate) {
            super(certificate);
        }

        @Override
        public TrustManager[] getTrustManagers() throws Exception {
            TrustManager ofMesh = SvidBundle.trustOf(sslHostConfig.getTruststore());
            return ofMesh == null ? super.getTrustManagers() : new TrustManager[] {ofMesh};
        }
    }
}
