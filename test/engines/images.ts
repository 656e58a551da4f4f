import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildImage } from "../../apps/flame-agent/image/build.ts";
import { run } from "../../apps/flame-agent/image/engine.ts";
import { versions } from "../../components/core/index.ts";
import { postgresqlHome } from "./postgresql-install.ts";

/** Images of a server's environment, where no registry can be reached: this machine's own programs. */
export const IMAGES = {
  agent: versions.images.flameAgent,
  proxy: "localhost/blueprint-haproxy:debian",
  postgresql: "localhost/blueprint-postgresql:16",
} as const;

/** An engine, and what its program's commands begin with. */
export interface ImageEngine {
  readonly program: "podman" | "docker";
  /** Absent: Podman works on its store by itself, with no service. */
  readonly socket?: string;
}

interface Content {
  /** Programs of this machine, copied with their libraries. */
  readonly programs: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly trees: Readonly<Record<string, string>>;
  readonly build: readonly string[];
}

/** Puts every image into an engine's store, as the tree and the machine are now. */
export async function haveServerImages(engine: ImageEngine): Promise<void> {
  const socket = engine.socket === undefined ? undefined : `unix://${engine.socket}`;
  await buildImage({ engine: engine.program, ...(socket !== undefined && { socket }), tag: IMAGES.agent });
  await haveImage(engine, IMAGES.proxy, {
    programs: ["/usr/sbin/haproxy", "/usr/bin/wget", "/bin/sh"],
    files: usersFiles("haproxy", 99),
    trees: {},
    // As in the official image.
    build: ["ENV PATH=/usr/sbin:/usr/bin:/bin", "STOPSIGNAL SIGUSR1", 'CMD ["haproxy"]'],
  });
  const home = postgresqlHome();
  if (!home) throw new Error("no PostgreSQL with pgvector; fix: node test/engines/postgresql-install.ts");
  const programs = ["postgres", "initdb", "pg_isready"].map((name) => join(home, "bin", name));
  await haveImage(engine, IMAGES.postgresql, {
    programs: ["/bin/sh", "/bin/mkdir", ...programs],
    files: { ...usersFiles("postgres", 999), "entrypoint.sh": POSTGRESQL_START },
    trees: { [join(home, "lib")]: join(home, "lib"), [join(home, "share")]: join(home, "share") },
    build: [
      "COPY --chown=999:999 owned/ /var/lib/postgresql/data/",
      `ENV PATH=${join(home, "bin")}:/usr/bin:/bin PGHOST=/var/run/postgresql LC_ALL=C`,
      "STOPSIGNAL SIGINT",
      'ENTRYPOINT ["/bin/sh", "/entrypoint.sh"]',
    ],
  });
}

/** What the official image's entry point does, as far as an environment asks for it. */
const POSTGRESQL_START = `set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  password=\${POSTGRES_PASSWORD:-}
  if [ -n "\${POSTGRES_PASSWORD_FILE:-}" ]; then read -r password < "$POSTGRES_PASSWORD_FILE" || true; fi
  mkdir -p "$PGDATA"
  printf '%s\\n' "$password" > /tmp/password
  initdb -D "$PGDATA" -U "$POSTGRES_USER" --auth=scram-sha-256 --pwfile=/tmp/password --encoding=UTF8 --no-sync
  printf 'host all all all scram-sha-256\\n' >> "$PGDATA/pg_hba.conf"
  printf 'create database "%s"\\n' "$POSTGRES_DB" | postgres --single -D "$PGDATA" postgres
fi
exec postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
`;

function usersFiles(user: string, id: number): Record<string, string> {
  return {
    "etc/passwd": `root:x:0:0:root:/:/sbin/nologin\n${user}:x:${id}:${id}:${user}:/:/sbin/nologin\n`,
    "etc/group": `root:x:0:\n${user}:x:${id}:\n`,
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
  };
}

async function haveImage({ program, socket }: ImageEngine, tag: string, content: Content): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "blueprint-image-"));
  try {
    const root = join(folder, "root");
    const linked = await run("ldd", content.programs, { timeoutSeconds: 10 });
    const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
    for (const path of [...content.programs, ...new Set(libraries)]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      copyFileSync(path, join(root, path));
    }
    for (const [from, to] of Object.entries(content.trees)) cpSync(from, join(root, to), { recursive: true });
    for (const [path, text] of Object.entries(content.files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    for (const path of ["tmp", "run", "proc", "sys", "dev", "usr/local/etc/haproxy"]) {
      if (!existsSync(join(root, path))) mkdirSync(join(root, path), { recursive: true });
    }
    chmodSync(join(root, "tmp"), 0o1777);
    mkdirSync(join(folder, "owned"));
    writeFileSync(join(folder, "Containerfile"), ["FROM scratch", "COPY root/ /", ...content.build, ""].join("\n"));
    const option = program === "podman" ? "--url" : "--host";
    const address = socket === undefined ? [] : [option, `unix://${socket}`];
    const build = ["build", "--file", join(folder, "Containerfile"), "--tag", tag, folder];
    await run(program, [...address, ...build], { timeoutSeconds: 300 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
