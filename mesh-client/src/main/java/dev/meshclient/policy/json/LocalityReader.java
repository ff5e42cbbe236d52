package dev.meshclient.policy.json;

import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.LocalityLbSetting.Distribute;
import dev.meshclient.policy.LocalityLbSetting.Failover;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads the settings for regions, zones and labels. */
final class LocalityReader {
    /** A part of a locality that must not be a star. */
    private static final String PART = "[^/*]+";

    static final Pattern PLACES = Pattern.compile("\\*|" + PART + "(/\\*|/" + PART + "(/\\*|/" + PART + ")?)?");
    private static final int MAX = 1024;
    private static final String PLACES_EXPECTED =
            "*, region, region/*, region/zone, region/zone/* or region/zone/subzone";

    private static final class Draft {
        private List<Distribute> distribute = List.of();
        private List<Failover> failover = List.of();
        private List<String> failoverPriority = List.of();
        private Places from = Places.of("*");
        private Map<Places, Integer> to = Map.of();
        private String fromRegion = "";
        private String toRegion = "";
    }

    private static final ObjectReader<Draft> DISTRIBUTE = ObjectReader.<Draft>refusingOthers()
            .required("from", PLACES_EXPECTED, (in, d) -> d.from = from(in))
            .required("to", "an object of percentages", (in, d) -> d.to = to(in));

    private static final ObjectReader<Draft> FAILOVER = ObjectReader.<Draft>refusingOthers()
            .field("from", (in, d) -> d.fromRegion = in.text())
            .field("to", (in, d) -> d.toRegion = in.text());

    private static final ObjectReader<Draft> SETTING = ObjectReader.<Draft>refusingOthers()
            .field("distribute", (in, d) -> d.distribute = in.list(1, LocalityReader::distribute))
            .field("failover", (in, d) -> d.failover = in.list(1, LocalityReader::failover))
            .field("failoverPriority", (in, d) -> d.failoverPriority = in.list(1, JsonCursor::text))
            .misplaced("in no document of this library (trafficDistribution Any lets zones not count)", "enabled");

    private LocalityReader() {}

    static LocalityLbSetting read(JsonCursor in) throws IOException {
        Draft d = SETTING.read(in, new Draft());
        return new LocalityLbSetting(d.distribute, d.failover, d.failoverPriority);
    }

    private static Distribute distribute(JsonCursor in) throws IOException {
        Draft d = DISTRIBUTE.read(in, new Draft());
        return new Distribute(d.from, d.to);
    }

    private static Failover failover(JsonCursor in) throws IOException {
        Draft d = FAILOVER.read(in, new Draft());
        return new Failover(d.fromRegion, d.toRegion);
    }

    private static Places from(JsonCursor in) throws IOException {
        String text = in.text();
        if (!isPlaces(text)) {
            in.unreadable(in.place(), null, PLACES_EXPECTED);
            return Places.of("*");
        }
        return Places.of(text);
    }

    private static Map<Places, Integer> to(JsonCursor in) throws IOException {
        if (!in.isObject()) {
            in.wrong("an object of percentages, of one at least");
            return Map.of();
        }
        Map<Places, Integer> shares = new LinkedHashMap<>();
        in.fields((value, key) -> {
            Places places = Places.of(key);
            boolean legal = isPlaces(key);
            if (!legal) {
                value.unreadable(value.place(), "the key " + TextPlaces.cut(key), PLACES_EXPECTED);
            } else if (shares.containsKey(places)) {
                value.unreadable(
                        value.place(),
                        TextPlaces.cut(key),
                        "each locality once among these; " + TextPlaces.cut(places.toString()) + " has it too");
            } else if (!key.equals(places.toString())) {
                value.writtenAs(places.toString());
            }
            int percent = value.integer();
            if (legal) {
                shares.putIfAbsent(places, percent);
            }
        });
        return shares;
    }

    private static boolean isPlaces(String text) {
        return text.codePointCount(0, text.length()) <= MAX
                && PLACES.matcher(text).matches();
    }
}
