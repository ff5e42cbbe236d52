package dev.meshclient.internal.authz;

/** Kleene's three truth values: MAYBE if it depends on attributes that are not known. */
enum Truth {
    NO,
    MAYBE,
    YES;

    static Truth of(boolean value) {
        return value ? YES : NO;
    }

    Truth not() {
        return switch (this) {
            case NO -> YES;
            case MAYBE -> MAYBE;
            case YES -> NO;
        };
    }
}
