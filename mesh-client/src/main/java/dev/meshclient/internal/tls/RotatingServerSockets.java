package dev.meshclient.internal.tls;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketImpl;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Server sockets that use the current context for each connection. */
final class RotatingServerSockets extends SSLServerSocketFactory {
    private final Supplier<SSLContext> current;
    private final SSLSocketFactory layering;

    RotatingServerSockets(Supplier<SSLContext> current, SSLSocketFactory layering) {
        this.current = current;
        this.layering = layering;
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
        return new Rotating(port, 50, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) throws IOException {
        return new Rotating(port, backlog, null);
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, @Nullable InetAddress address) throws IOException {
        return new Rotating(port, backlog, address);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return current.get().getServerSocketFactory().getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return current.get().getServerSocketFactory().getSupportedCipherSuites();
    }

    private final class Rotating extends SSLServerSocket {
        private SSLParameters parameters;
        private boolean sessions = true;

        Rotating(int port, int backlog, @Nullable InetAddress address) throws IOException {
            super(port, backlog, address);
            this.parameters = current.get().getDefaultSSLParameters();
            parameters.setNeedClientAuth(true);
        }

        @Override
        public Socket accept() throws IOException {
            Socket plain = new Socket((SocketImpl) null) {};
            implAccept(plain);
            SSLSocket tls = (SSLSocket) layering.createSocket(plain, null, true);
            tls.setSSLParameters(parameters);
            tls.setEnableSessionCreation(sessions);
            return tls;
        }

        @Override
        public SSLParameters getSSLParameters() {
            return parameters;
        }

        @Override
        public void setSSLParameters(SSLParameters wanted) {
            this.parameters = wanted;
        }

        @Override
        public String[] getEnabledCipherSuites() {
            return parameters.getCipherSuites();
        }

        @Override
        public void setEnabledCipherSuites(String[] suites) {
            parameters.setCipherSuites(suites);
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return current.get().getSupportedSSLParameters().getCipherSuites();
        }

        @Override
        public String[] getSupportedProtocols() {
            return current.get().getSupportedSSLParameters().getProtocols();
        }

        @Override
        public String[] getEnabledProtocols() {
            return parameters.getProtocols();
        }

        @Override
        public void setEnabledProtocols(String[] protocols) {
            parameters.setProtocols(protocols);
        }

        @Override
        public void setNeedClientAuth(boolean need) {
            parameters.setNeedClientAuth(need);
        }

        @Override
        public boolean getNeedClientAuth() {
            return parameters.getNeedClientAuth();
        }

        @Override
        public void setWantClientAuth(boolean want) {
            parameters.setWantClientAuth(want);
        }

        @Override
        public boolean getWantClientAuth() {
            return parameters.getWantClientAuth();
        }

        @Override
        public void setUseClientMode(boolean mode) {
            if (mode) {
                throw new IllegalArgumentException("ServerTls is for servers");
            }
        }

        @Override
        public boolean getUseClientMode() {
            return false;
        }

        @Override
        public void setEnableSessionCreation(boolean may) {
            this.sessions = may;
        }

        @Override
        public boolean getEnableSessionCreation() {
            return sessions;
        }
    }
}
