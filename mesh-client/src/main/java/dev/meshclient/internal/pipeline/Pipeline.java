package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptGate;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.ExplanationSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Layers on top of each other, collected from the top down. Each is created with the layer below it; a layer that returns that
 * one is left out. {@code toString()} prints the outermost first.
 */
class Pipeline {
    /** Creates a layer. Tests override it, so that the creation of any layer can fail. */
    <L> L create(Supplier<L> layer) {
        return layer.get();
    }

    /** The outermost layer that a call passes once. */
    final OfCall call(UnaryOperator<CallLayer> layer) {
        return new OfCall().then(layer);
    }

    /** The outermost layer that each attempt passes. */
    final OfAttempt attempt(UnaryOperator<AttemptLayer> layer) {
        return new OfAttempt().then(layer);
    }

    final class OfCall {
        private final List<UnaryOperator<CallLayer>> makers = new ArrayList<>();

        OfCall then(UnaryOperator<CallLayer> layer) {
            makers.add(layer);
            return this;
        }

        /** The lowest layer. */
        CallLayer bottom(CallLayer bottom) {
            return new Calls(stacked(makers, bottom), List.of());
        }

        /** The layer that makes attempts, and the layers of each attempt. */
        CallLayer bridge(Function<AttemptLayer, CallLayer> bridge, AttemptLayer attempts) {
            return new Calls(stacked(makers, create(() -> bridge.apply(attempts))), List.of(attempts));
        }
    }

    final class OfAttempt {
        private final List<UnaryOperator<AttemptLayer>> makers = new ArrayList<>();

        OfAttempt then(UnaryOperator<AttemptLayer> layer) {
            makers.add(layer);
            return this;
        }

        /**
         * Below all layers: sends the request.
         *
         * @param explanation states where and how it sends an attempt
         */
        AttemptLayer wire(Consumer<ExplanationSink> explanation) {
            List<AttemptLayer> layers = stacked(makers, Attempt::send);
            return new Attempts(layers.get(0), layers.subList(0, layers.size() - 1), explanation);
        }
    }

    /** All of them, outermost first. */
    private <L> List<L> stacked(List<UnaryOperator<L>> makers, L bottom) {
        List<L> layers = new ArrayList<>(List.of(bottom));
        for (int i = makers.size() - 1; i >= 0; i--) {
            UnaryOperator<L> maker = makers.get(i);
            L below = layers.get(0);
            L layer = create(() -> maker.apply(below));
            if (layer != below) {
                layers.add(0, layer);
            }
        }
        return List.copyOf(layers);
    }

    private static final class Calls implements CallLayer {
        private final CallLayer first;
        private final List<CallLayer> layers;
        private final List<AttemptLayer> below;

        Calls(List<CallLayer> layers, List<AttemptLayer> below) {
            this.first = layers.get(0);
            this.layers = layers;
            this.below = below;
        }

        @Override
        public Response call(Call call) throws IOException {
            return first.call(call);
        }

        @Override
        public void explain(ExplanationSink to) {
            layers.forEach(layer -> layer.explain(to));
            below.forEach(layer -> layer.explain(to));
        }

        @Override
        public String toString() {
            return Stream.concat(layers.stream(), below.stream())
                    .map(Object::toString)
                    .collect(Collectors.joining(" > "));
        }
    }

    private record Attempts(AttemptLayer first, List<AttemptLayer> aboveWire, Consumer<ExplanationSink> wire)
            implements AttemptLayer {
        @Override
        public Response call(Attempt attempt) throws IOException {
            return first.call(attempt);
        }

        @Override
        public @Nullable AttemptGate gate() {
            return aboveWire.stream()
                    .map(AttemptLayer::gate)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public void explain(ExplanationSink to) {
            aboveWire.forEach(layer -> layer.explain(to));
            wire.accept(to);
        }

        @Override
        public String toString() {
            return aboveWire.stream().map(layer -> layer + " > ").collect(Collectors.joining("", "", "wire"));
        }
    }
}
