package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.okhttp.events.EventForwarder;
import dev.meshclient.internal.okhttp.events.HiddenEvents;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/**
 * Forwards the events of an attempt's inner call to the caller's listener: as events of the caller's call, with the connection at
 * the address of the endpoint, and those of a hedge once the call continues with it.
 */
abstract class ShownEvents extends EventForwarder {
    private static final byte TO_ENDPOINT = 1;
    static final byte REQUEST_STARTED = 2;
    static final byte REQUEST_OPEN = 4; // the end of its headers was not reported
    static final byte RESPONSE_STARTED = 8;

    final Attempt attempt;
    final OuterCall outerCall;
    byte facts; // of the above, set by the sending thread; a field for each would make each attempt eight bytes larger
    private volatile @Nullable Connection connection; // read by threads that cancel
    private boolean released; // guarded by this: a thread that abandons releases too
    private volatile @Nullable Rare rare;

    /** Fields that most attempts do not need: one object, so that the others are small. */
    static final class Rare {
        @Nullable
        Headers masked;

        @Nullable
        HandshakeTimer handshake;

        private @Nullable Connection shown;

        private @Nullable HiddenEvents hidden;

        boolean connectionSought;
        boolean connectStarted;
        long connectStartedAt;
        boolean exchangeFailed;
    }

    ShownEvents(Attempt attempt, OuterCall outerCall) {
        this.attempt = attempt;
        this.outerCall = outerCall;
        if (attempt.isHedge()) {
            rare().hidden = new HiddenEvents();
        }
    }

    /** The rare fields; null: none is set. */
    final @Nullable Rare rareOrNull() {
        return rare;
    }

    final synchronized Rare rare() {
        Rare known = rare;
        if (known == null) {
            known = new Rare();
            rare = known;
        }
        return known;
    }

    @Override
    protected EventListener to() {
        HiddenEvents hidden = hidden();
        return hidden == null ? outerCall.listener() : hidden;
    }

    /** Keeps the events of an attempt beside another one; null: the caller's listener gets them. */
    private @Nullable HiddenEvents hidden() {
        Rare known = rare;
        return known == null ? null : known.hidden;
    }

    /** The call continues with this attempt: reports its events so far, after those of the other attempts. */
    final void show() {
        HiddenEvents hidden = hidden();
        if (hidden != null) {
            rare().hidden = null;
            outerCall.reportRelease();
            hidden.report(outerCall.listener());
        }
    }

    /** The call does not continue with this attempt: no listener gets its events. */
    final void hide() {
        HiddenEvents hidden = hidden();
        if (hidden != null) {
            hidden.forget();
        }
    }

    @Override
    protected Call as(Call call) {
        return outerCall.outer();
    }

    /** It is sent to an endpoint of the policy, or to the script of a test in the place of one. */
    final void markEndpoint() {
        facts |= TO_ENDPOINT;
    }

    /** Whether it is sent to an endpoint of the policy, so that the mesh's own headers may be sent. */
    public final boolean isToEndpoint() {
        return (facts & TO_ENDPOINT) != 0;
    }

    // ---- the connection

    final @Nullable Connection connection() {
        return connection;
    }

    /** Its request was not sent over this connection: another call follows. */
    final void dropConnection() {
        connection = null;
    }

    private InetSocketAddress shown(InetSocketAddress logical) {
        Endpoint endpoint = attempt.endpoint();
        return isToEndpoint() && endpoint != null ? ShownAddress.of(endpoint, logical) : logical;
    }

    /** The connection of the attempt as code of the caller sees it: the same object until another is acquired. */
    final @Nullable Connection shown(@Nullable Connection used) {
        return used == null ? null : shownTo(used);
    }

    private Connection shownTo(Connection used) {
        Endpoint endpoint = attempt.endpoint();
        if (!isToEndpoint() || endpoint == null) {
            return used;
        }
        Rare mine = rare();
        Connection shown = mine.shown;
        if (shown == null) {
            shown = ShownAddress.of(endpoint, used);
            mine.shown = shown;
        }
        return shown;
    }

    /** The route to the peer, for an authenticator of the caller. */
    public final @Nullable Route route() {
        Connection mine = shown(connection());
        return mine == null ? null : mine.route();
    }

    /** The connection for the events of the caller's listener; without one, nothing is made for it. */
    private Connection reported(Connection used) {
        return outerCall.reportsEndAtOnce() ? used : shownTo(used);
    }

    @Override
    public void connectionAcquired(Call call, Connection acquired) {
        Rare known = rare;
        if (known != null) {
            known.shown = null;
        }
        synchronized (this) {
            released = false;
        }
        connection = acquired;
        Endpoint endpoint = attempt.endpoint();
        if (endpoint != null) {
            endpoint.state().multiplexed(acquired.protocol() != Protocol.HTTP_1_1);
        }
        Connection shown = reported(acquired);
        if (hidden() != null || !outerCall.keptOver(shown)) {
            super.connectionAcquired(call, shown);
        }
    }

    /** Reports the release of its connection, once. */
    final void release(Connection used) {
        synchronized (this) {
            if (released) {
                return;
            }
            released = true;
        }
        Connection shown = reported(used);
        HiddenEvents hidden = hidden();
        if (hidden == null) {
            outerCall.released(shown);
        } else {
            hidden.add(to -> outerCall.released(shown));
        }
    }

    private void reportEarlierRelease() {
        if (hidden() == null) {
            outerCall.reportRelease();
        }
    }

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        reportEarlierRelease();
        super.proxySelectStart(call, url);
    }

    @Override
    public void dnsStart(Call call, String domainName) {
        reportEarlierRelease();
        super.dnsStart(call, domainName);
    }

    @Override
    public void connectStart(Call call, InetSocketAddress inetSocketAddress, Proxy proxy) {
        reportEarlierRelease();
        super.connectStart(call, shown(inetSocketAddress), proxy);
    }

    @Override
    public void connectFailed(
            Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol, IOException ioe) {
        InetSocketAddress shown = shown(inetSocketAddress);
        IOException failure = shown == inetSocketAddress ? ioe : ShownAddress.of(shown, ioe);
        super.connectFailed(call, shown, proxy, protocol, failure);
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress inetSocketAddress, Proxy proxy, @Nullable Protocol protocol) {
        super.connectEnd(call, shown(inetSocketAddress), proxy, protocol);
    }
}
