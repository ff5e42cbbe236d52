package dev.meshclient.internal.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/** A server context that uses the current context for each connection. Demands client certificates. */
final class RotatingContext extends SSLContextSpi {
    private final Supplier<SSLContext> current;

    private RotatingContext(Supplier<SSLContext> current) {
        this.current = current;
    }

    static SSLContext of(Supplier<SSLContext> current) {
        try {
            return new SSLContext(
                    new RotatingContext(current), SSLContext.getInstance("TLS").getProvider(), "TLS") {};
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no TLS: " + e.getMessage(), e);
        }
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
        throw new IllegalStateException("the identity of the workload decides keys and trust of this context");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return demanding(current.get().createSSLEngine());
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return demanding(current.get().createSSLEngine(host, port));
    }

    private static SSLEngine demanding(SSLEngine engine) {
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(true);
        return engine;
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        return new Sockets();
    }

    /** Its sockets are made for each connection, too. */
    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        return new RotatingServerSockets(current, new Sockets());
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return current.get().getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return current.get().getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
        return demanding(current.get().createSSLEngine()).getSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        SSLParameters supported = current.get().getSupportedSSLParameters();
        supported.setNeedClientAuth(true);
        return supported;
    }

    /** Lays TLS over accepted sockets, in the server's role. */
    private final class Sockets extends LayeringFactory {
        Sockets() {
            super("ServerTls is for servers: wrap an OkHttpClient with a Mesh to call peers");
        }

        private static Socket demanding(Socket socket) {
            SSLSocket tls = (SSLSocket) socket;
            tls.setUseClientMode(false);
            tls.setNeedClientAuth(true);
            return tls;
        }

        private SSLSocketFactory now() {
            return current.get().getSocketFactory();
        }

        @Override
        public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
            return demanding(now().createSocket(socket, host, port, autoClose));
        }

        @Override
        public Socket createSocket(Socket socket, InputStream consumed, boolean autoClose) throws IOException {
            return demanding(now().createSocket(socket, consumed, autoClose));
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return now().getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return now().getSupportedCipherSuites();
        }
    }
}
