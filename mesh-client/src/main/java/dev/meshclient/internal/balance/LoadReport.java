package dev.meshclient.internal.balance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * Decider: what an endpoint reports of its load (ORCA, gRFC A51) in the header of a response, as {@code TEXT name=number,name=number} or
 * {@code JSON {"name": number}}. Metrics that are not used here are skipped, whatever their values are.
 */
final class LoadReport {
    static final String HEADER = "endpoint-load-metrics";
    static final String BINARY_HEADER = "endpoint-load-metrics-bin";

    private static final int MAX_LENGTH = 8192;
    private static final JsonFactory JSON = new JsonFactory();

    private final List<String> utilizations;
    private double application;
    private double largest; // of the stated metrics
    private double cpu;
    private double requests;
    private double wholeRequests; // an older field
    private double errors;

    /** The header is none of the formats. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String why) {
            super(why, null, false, false);
        }
    }

    /** @param utilizations metrics whose largest is the utilization if there is no {@code application_utilization} */
    private LoadReport(List<String> utilizations) {
        this.utilizations = utilizations;
    }

    static LoadReport of(String header, List<String> utilizations) throws Malformed {
        LoadReport report = new LoadReport(utilizations);
        int space = header.indexOf(' ');
        String format = space < 0 ? header : header.substring(0, space);
        if (header.length() > MAX_LENGTH) {
            throw new Malformed("it has " + header.length() + " characters");
        }
        switch (format) {
            case "TEXT" -> report.text(header, space + 1);
            case "JSON" -> report.json(header.substring(space + 1));
            case "BIN" -> throw new Malformed("the format is BIN, and TEXT or JSON is read");
            default -> throw new Malformed("it begins with neither TEXT nor JSON");
        }
        return report;
    }

    private void text(String header, int from) throws Malformed {
        for (int begin = from; begin <= header.length(); ) {
            int comma = header.indexOf(',', begin);
            int end = comma < 0 ? header.length() : comma;
            int equals = header.indexOf('=', begin);
            if (equals < 0 || equals > end) {
                throw new Malformed("a metric is no name=number");
            }
            add(header.substring(begin, equals).trim(), header.substring(equals + 1, end));
            begin = end + 1;
        }
    }

    private void json(String json) throws Malformed {
        try (JsonParser in = JSON.createParser(json)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new Malformed("it is no JSON object");
            }
            for (String field = in.nextFieldName(); field != null; field = in.nextFieldName()) {
                String name = snake(field);
                if (in.nextToken() == JsonToken.START_OBJECT) {
                    for (String key = in.nextFieldName(); key != null; key = in.nextFieldName()) {
                        in.nextToken();
                        addValue(name + '.' + key, in);
                    }
                } else {
                    addValue(name, in);
                }
            }
            if (in.currentToken() != JsonToken.END_OBJECT) {
                throw new Malformed("it is no JSON object");
            }
        } catch (IOException e) {
            throw new Malformed("it is no JSON object");
        }
    }

    private void addValue(String name, JsonParser in) throws IOException, Malformed {
        add(name, in.getText());
        in.skipChildren();
    }

    /** JSON of protocol buffers has names in both forms. */
    private static String snake(String name) {
        return name.chars().noneMatch(Character::isUpperCase)
                ? name
                : name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static double number(String text) throws Malformed {
        try {
            double number = Double.parseDouble(text);
            if (number >= 0 && number < Double.POSITIVE_INFINITY) {
                return number;
            }
        } catch (NumberFormatException e) {
            // as below
        }
        throw new Malformed("a value is no number of 0 or more");
    }

    /** Parses the values that are used: another metric may be below 0, or no number. */
    private void add(String name, String value) throws Malformed {
        switch (name) {
            case "application_utilization" -> application = number(value);
            case "cpu_utilization" -> cpu = number(value);
            case "rps_fractional" -> requests = number(value);
            case "rps" -> wholeRequests = number(value);
            case "eps" -> errors = number(value);
            default -> {}
        }
        if (utilizations.contains(name)) {
            largest = Math.max(largest, number(value));
        }
    }

    /**
     * The weight by gRFC A58: requests a second for each unit of utilization; 0: the report states too little.
     *
     * @param penalty what the share of failed requests adds to the utilization
     */
    double weight(double penalty) {
        double rate = requests > 0 ? requests : wholeRequests;
        double utilization = application > 0 ? application : largest > 0 ? largest : cpu;
        if (rate <= 0 || utilization <= 0) {
            return 0;
        }
        double weight = rate / (utilization + errors / rate * penalty);
        return weight < Double.POSITIVE_INFINITY ? weight : 0;
    }
}
