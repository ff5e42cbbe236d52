package dev.meshclient;

import dev.meshclient.internal.call.Doubles;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.time.Time;

/** Gives the test kit access to package-private methods of the mesh's builder. */
final class BuilderDoubles extends Doubles {
    @Override
    public void replace(Object builder, Time time, Wire wire, Resolver names) {
        ((Mesh.Builder) builder).time(time).scripted(wire).resolver(names);
    }
}
