package dev.meshclient.spring.server;

import dev.meshclient.InboundContext;
import dev.meshclient.authz.InboundExchange;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that the application handles, in one dispatch or several. */
final class HandledRequest implements AsyncListener {
    private final InboundDecision decision;
    private final InboundExchange exchange;
    private final HttpServletResponse response;
    private volatile boolean failed;

    HandledRequest(InboundDecision decision, InboundExchange exchange, HttpServletResponse response) {
        this.decision = decision;
        this.exchange = exchange;
        this.response = response;
    }

    InboundDecision decision() {
        return decision;
    }

    /** One dispatch. */
    @SuppressWarnings("try") // the scope is only closed
    void proceed(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest seen = decision.hidesToken() ? new WithoutToken(request) : request;
        InboundContext context = decision.context();
        try {
            if (context == null) {
                chain.doFilter(seen, response);
            } else {
                WithContextHeaders answer = new WithContextHeaders(response, context);
                try (InboundContext.Scope scope = context.open()) {
                    chain.doFilter(seen, answer);
                } finally {
                    answer.setHeaders(); // of a response without a body; once it is committed, the server ignores them
                }
            }
        } catch (Throwable e) { // Kotlin may throw any
            failed = true;
            throw e;
        }
    }

    /** After the first dispatch: the request ends now or, if it is asynchronous, later. */
    void endWith(HttpServletRequest request) {
        if (request.isAsyncStarted()) {
            request.getAsyncContext().addListener(this);
        } else {
            end();
        }
    }

    private void end() {
        int status = response.getStatus();
        exchange.ended(failed && status < 400 ? HttpServletResponse.SC_INTERNAL_SERVER_ERROR : status);
    }

    @Override
    public void onComplete(AsyncEvent event) {
        end();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // onComplete follows
    }

    @Override
    public void onError(AsyncEvent event) {
        failed = true;
    }

    /** A dispatch that starts once more forgets its listeners. */
    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }

    /** The policy does not forward the token to the application. */
    private static final class WithoutToken extends HttpServletRequestWrapper {
        WithoutToken(HttpServletRequest request) {
            super(request);
        }

        private static boolean isHidden(String name) {
            return name.equalsIgnoreCase("Authorization");
        }

        @Override
        public @Nullable String getHeader(String name) {
            return isHidden(name) ? null : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return isHidden(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
        }

        @Override
        public Enumeration<String> getHeaderNames() {
            List<String> names = Collections.list(super.getHeaderNames());
            names.removeIf(WithoutToken::isHidden);
            return Collections.enumeration(names);
        }
    }

    /** The headers depend on the calls that the application made: they are set when the body begins, or at the end. */
    private static final class WithContextHeaders extends HttpServletResponseWrapper {
        private final InboundContext context;

        WithContextHeaders(HttpServletResponse response, InboundContext context) {
            super(response);
            this.context = context;
        }

        private void setHeaders() {
            context.responseHeaders().forEach(this::setHeader);
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            setHeaders();
            return super.getOutputStream();
        }

        @Override
        public PrintWriter getWriter() throws IOException {
            setHeaders();
            return super.getWriter();
        }

        @Override
        public void flushBuffer() throws IOException {
            setHeaders();
            super.flushBuffer();
        }

        @Override
        public void sendRedirect(String location) throws IOException {
            setHeaders();
            super.sendRedirect(location);
        }

        @Override
        public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
            setHeaders();
            super.sendRedirect(location, status, clearBuffer);
        }

        @Override
        public void sendError(int status) throws IOException {
            setHeaders();
            super.sendError(status);
        }

        @Override
        public void sendError(int status, String message) throws IOException {
            setHeaders();
            super.sendError(status, message);
        }
    }
}
