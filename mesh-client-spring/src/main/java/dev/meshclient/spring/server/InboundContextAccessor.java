package dev.meshclient.spring.server;

import dev.meshclient.InboundContext;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Carries the {@link InboundContext} from thread to thread, and between threads and the Reactor context, by Micrometer's context
 * propagation, which finds it by itself. Boot applies it to {@code @Async} methods with
 * {@code spring.task.execution.propagate-context=true}, 4.0 with a {@code ContextPropagatingTaskDecorator} as a bean, and to Reactor
 * with {@code spring.reactor.context-propagation=auto}.
 */
public final class InboundContextAccessor implements ThreadLocalAccessor<InboundContext> {
    @Override
    public Object key() {
        return InboundAttributes.CONTEXT;
    }

    @Override
    public @Nullable InboundContext getValue() {
        return InboundContext.current();
    }

    @Override
    public void setValue(InboundContext context) {
        InboundContext.setCurrent(context);
    }

    @Override
    public void setValue() {
        InboundContext.setCurrent(null);
    }
}
