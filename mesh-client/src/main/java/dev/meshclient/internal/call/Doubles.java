package dev.meshclient.internal.call;

import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.time.Time;

/**
 * Replaces the clock, the network and the name service of a mesh that is built for a test. The package of the mesh implements
 * this class; it is loaded by name, so that this package does not depend on it.
 */
public abstract class Doubles {
    /** The implementation. */
    public static Doubles load() {
        try {
            var constructor = Class.forName("dev.meshclient.BuilderDoubles").getDeclaredConstructor();
            constructor.setAccessible(true);
            return (Doubles) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("mesh-client is not whole: " + e, e);
        }
    }

    /** @param builder the builder of a mesh */
    public abstract void replace(Object builder, Time time, Wire wire, Resolver names);
}
