import com.marcnuri.helm.Helm;
import java.nio.file.Files;
import java.nio.file.Path;

/** What `helm template` makes of a chart with each of several values files, or why it refuses to. */
class Render {
  /** CHART (KUBERNETES-VERSION VALUES-FILE)...: writes VALUES-FILE.objects or VALUES-FILE.refusal beside each. */
  public static void main(String[] arguments) throws Exception {
    for (int i = 2; i < arguments.length; i += 2) {
      try {
        String objects = new Helm(Path.of(arguments[0])).template().withName("vigil")
            .withNamespace("vigil").withKubeVersion(arguments[i - 1])
            .withValuesFile(Path.of(arguments[i])).call();
        Files.writeString(Path.of(arguments[i] + ".objects"), objects);
      } catch (IllegalStateException refused) {
        Files.writeString(Path.of(arguments[i] + ".refusal"), refused.getMessage());
      }
    }
  }
}
