package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Layer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import okhttp3.Response;

/** Layers one above the other; prints as it is read, outermost first. */
final class Pipeline implements Layer {
    private final List<Layer> layers;
    private final Layer first;

    private Pipeline(List<Layer> layers) {
        this.layers = layers;
        this.first = layers.get(0);
    }

    /** The outermost layer. Each is made from the layer below it; one that returns that layer is left out. */
    static Builder top(UnaryOperator<Layer> layer) {
        return new Builder().then(layer);
    }

    /** Collects layers from the top down. */
    static final class Builder {
        private final List<UnaryOperator<Layer>> makers = new ArrayList<>();

        Builder then(UnaryOperator<Layer> layer) {
            makers.add(layer);
            return this;
        }

        Pipeline bottom(Layer bottom) {
            List<Layer> layers = new ArrayList<>(List.of(bottom));
            for (int i = makers.size() - 1; i >= 0; i--) {
                Layer layer = makers.get(i).apply(layers.get(0));
                if (layer != layers.get(0)) {
                    layers.add(0, layer);
                }
            }
            return new Pipeline(List.copyOf(layers));
        }
    }

    @Override
    public Response call(CallContext call) throws IOException {
        return first.call(call);
    }

    @Override
    public String toString() {
        return layers.stream().map(Object::toString).collect(Collectors.joining(" > "));
    }
}
