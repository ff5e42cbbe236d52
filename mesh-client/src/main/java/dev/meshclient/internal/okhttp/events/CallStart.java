package dev.meshclient.internal.okhttp.events;

import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Observers;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.EventListener;
import org.jspecify.annotations.Nullable;

/**
 * Begins the observation of calls on the thread that makes them: OkHttp reports {@code callStart} there, for {@code enqueue}
 * too. One object for all calls of a mesh; without observers there is none.
 */
public final class CallStart extends EventListener {
    private final Time time;
    private final Admission.Source admissions;
    private final Observers observers;

    public CallStart(Time time, Admission.Source admissions, Observers observers) {
        this.time = time;
        this.admissions = admissions;
        this.observers = observers;
    }

    /** The tag of a caller's call that is observed and has not entered the mesh. */
    private static final class Announced extends AtomicReference<dev.meshclient.internal.call.@Nullable Call> {
        private static final long serialVersionUID = 1;

        private final transient CallStart by; // a client may use two meshes
        private transient volatile @Nullable Announced next;

        Announced(CallStart by, dev.meshclient.internal.call.Call call) {
            super(call);
            this.by = by;
        }
    }

    @Override
    public void callStart(Call caller) {
        String host = caller.request().url().host();
        int port = caller.request().url().port();
        if (find(caller) == null && admissions.admit(host, port) instanceof Admission.Ours) {
            var call = new dev.meshclient.internal.call.Call(time, caller.request());
            observers.begin(call);
            Announced mine = new Announced(this, call);
            Announced first = caller.tag(Announced.class, () -> mine);
            if (first != mine) { // of the mesh whose listener OkHttp called before
                mine.next = first.next;
                first.next = mine;
            }
        }
    }

    private @Nullable Announced find(Call caller) {
        Announced announced = caller.tag(Announced.class);
        while (announced != null && announced.by != this) {
            announced = announced.next;
        }
        return announced;
    }

    /** The observed call that enters the mesh now; null: it was not observed, or has entered before. */
    public dev.meshclient.internal.call.@Nullable Call take(Call caller) {
        Announced announced = find(caller);
        return announced == null ? null : announced.getAndSet(null);
    }

    @Override
    public void callEnd(Call caller) {
        end(take(caller));
    }

    @Override
    public void callFailed(Call caller, IOException ioe) {
        var call = take(caller);
        if (call != null) {
            call.failed(ioe);
        }
        end(call);
    }

    private static void end(dev.meshclient.internal.call.@Nullable Call neverEntered) {
        if (neverEntered != null) {
            neverEntered.over();
        }
    }
}
