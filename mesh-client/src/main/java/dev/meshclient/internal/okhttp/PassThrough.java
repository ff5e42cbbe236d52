package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.okhttp.events.UndeclaredFailure;
import java.net.ProtocolException;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Watches a call of the caller's own client to a host outside the mesh: OkHttp follows redirects below all interceptors, and a
 * redirect into the mesh must return to the engine.
 */
final class PassThrough extends EventListener {
    private final Admission.Source admissions;
    private volatile boolean watching = true;
    private volatile @Nullable String lookedUp;

    PassThrough(Admission.Source admissions) {
        this.admissions = admissions;
    }

    /** Stops watching: the engine makes the following calls itself. */
    void end() {
        watching = false;
    }

    /** Carries the next request out of OkHttp's own loop; OkHttp does not repeat protocol errors. */
    static final class EntersMesh extends ProtocolException {
        private static final long serialVersionUID = 1;

        final transient Response prior;
        final transient Request next;

        EntersMesh(Response prior, Request next) {
            super("a redirect leads into the mesh");
            this.prior = prior;
            this.next = next;
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    @Override
    public void followUpDecision(Call call, Response networkResponse, @Nullable Request nextRequest) {
        if (watching && nextRequest != null && isMesh(nextRequest.url())) {
            throw UndeclaredFailure.raise(new EntersMesh(networkResponse, nextRequest));
        }
        lookedUp = null;
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        lookedUp = domainName;
    }

    /** Prevents every exchange with a host of the mesh that bypasses the mesh, however it bypassed the interceptors. */
    @Override
    public void connectionAcquired(Call call, Connection connection) {
        HttpUrl connected = connection.route().address().url();
        if (watching && !isShared(connection) && isMesh(connected)) {
            throw UndeclaredFailure.raise(
                    new ProtocolException(
                            "a call to " + connected.host()
                                    + " would have left the mesh; wrap the client last, so that no interceptor changes the host below it"));
        }
    }

    /** HTTP/2 to another host of the same address and certificate: the caller's pool holds connections to {@code NONE} hosts. */
    private boolean isShared(Connection connection) {
        String host = lookedUp;
        return host != null
                && connection.protocol() == Protocol.HTTP_2
                && connection.route().proxy().type() == Proxy.Type.DIRECT
                && !host.equals(connection.route().address().url().host())
                && !isMesh(host, connection.route().address().url().port());
    }

    private boolean isMesh(HttpUrl url) {
        return isMesh(url.host(), url.port());
    }

    private boolean isMesh(String host, int port) {
        return admissions.admit(host, port) instanceof Admission.Ours;
    }
}
